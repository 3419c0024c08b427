-- Asks admin who may log in, and where to. Dovecot's client keeps the address that it has found for admin half an hour.
local client = dovecot.http.client { timeout = 2000, max_attempts = 3 }

local function quoted(text)
  return (text:gsub("[^%w_.-~]", function(byte) return string.format("%%%02X", byte:byte()) end))
end

function script_init()
  return 0
end

function script_deinit()
end

function auth_passdb_lookup(request)
  local question = client:request { url = "http://ADMIN:8080/internal/auth/email" }
  local headers = {
    ["Auth-Port"] = request.local_port,
    ["Auth-User"] = quoted(request.user),
    ["Auth-Protocol"] = request.service,
    ["Auth-Method"] = request.mechanism,
    ["Auth-SSL"] = request.secured,
    ["Client-Ip"] = quoted(request.remote_ip),
    ["Client-Port"] = request.remote_port,
  }
  if request.password ~= nil then headers["Auth-Pass"] = quoted(request.password) end
  for name, value in pairs(headers) do question:add_header(name, value) end
  local answer = question:submit()
  if answer:status() ~= 200 then return dovecot.auth.PASSDB_RESULT_INTERNAL_FAILURE, "" end
  if answer:header("Auth-Status") ~= "OK" then return dovecot.auth.PASSDB_RESULT_PASSWORD_MISMATCH, "" end
  local target = "proxy=y host=" .. answer:header("Auth-Server") .. " port=" .. answer:header("Auth-Port")
  return dovecot.auth.PASSDB_RESULT_OK, target .. " nopassword=Y proxy_noauth=Y"
end
