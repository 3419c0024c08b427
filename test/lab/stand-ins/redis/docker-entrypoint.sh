#!/bin/sh
# As the entry point of the redis image: its folder is made redis's own, and the server runs as that user.
set -e
if [ "${1#-}" != "$1" ]; then set -- redis-server "$@"; fi
if [ "$1" = redis-server ]; then
  find . \! -user redis -exec chown redis '{}' +
  shift
  exec /usr/bin/setpriv --reuid redis --regid redis --clear-groups redis-server --protected-mode no --dir /data "$@"
fi
exec "$@"
