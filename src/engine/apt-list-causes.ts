import type { KnownCause } from './cause.ts';

/** Why apt cannot fetch its lists, or what they name, in its own words (apt 2.2 to 3.1: acquire-item.cc, sourcelist.cc, connect.cc, http.cc). */
export const APT_LIST_CAUSES: readonly KnownCause[] = [
  {
    words: /^E: Release file for .* is not valid yet \(.*$/m,
    code: 'clock-behind',
    message: 'the clock of the host is behind, so the list seems to come from the future',
    fix: 'look with `timedatectl` on the host, set its clock, and run again',
  },
  {
    words: /^E: Release file for .* is expired \(.*$/m,
    code: 'lists-expired',
    message:
      'nobody keeps the lists of this mirror up any more, as of a release that has been moved to an archive; or the clock of the host is ahead',
    fix: 'look with `date` on the host whether its clock is right; else name a mirror that is kept up in the file of that source, which `grep -rn ^ /etc/apt/sources.list /etc/apt/sources.list.d` shows, and run again',
  },
  {
    words: /^E: Repository '.*' changed its '.*' value from .*$/m,
    code: 'lists-renamed',
    message:
      'this source is another release than it was: its makers have made one, and the name that its file has means the new one now',
    fix: 'see in the file of that source, which `grep -rn ^ /etc/apt/sources.list /etc/apt/sources.list.d` shows, whether the name of a release should stand there in place of stable or testing. If the new one is meant, say so on the host with `apt-get update --allow-releaseinfo-change`; then run again',
  },
  {
    words: /^E: Failed to fetch .*(?: 407 |Invalid response from proxy).*$/m,
    code: 'proxy-refuses',
    message:
      'the proxy of the host does not let it through without a name and a password, or with those that it gives',
    fix: 'look with `apt-config dump Acquire::http::Proxy` and `apt-config dump Acquire::https::Proxy` on the host which it is; base.proxy in the inventory sets it',
  },
  {
    // The place that does not answer is another than the one that is asked for.
    words:
      /^E: Failed to fetch https?:\/\/(?:[^/@\s]*@)?([^/:\s]+)(?=[/:])\S*\s+(?:Could not|Unable to) connect to (?!\1:).*$/m,
    code: 'proxy-silent',
    message: 'nothing answers where the host fetches its packages through, as a rule a proxy',
    fix: 'look whether it runs, and lets the host through. `apt-config dump Acquire::http::Proxy` and `apt-config dump Acquire::https::Proxy` on the host say which it is; base.proxy in the inventory sets it',
  },
  {
    words: /^E: Failed to fetch .*got 'NOSPLIT'.*$/m,
    code: 'portal-answers',
    message: 'something else than the mirror answers: the login page of a network, or the error of a proxy',
    fix: 'look with `apt-config dump Acquire::http::Proxy` on the host for a proxy, and whether its network wants a login; then run again',
  },
  {
    words: /^E: Failed to fetch https.*certificate verif.*$/im,
    code: 'certificate-untrusted',
    message:
      'the host does not trust the certificate of the server: its clock is wrong, it has no authorities (ca-certificates), or something on the way shows a certificate of its own',
    fix: 'look with `date` and `dpkg -l ca-certificates` on the host. The authority of a proxy that reads along belongs into /usr/local/share/ca-certificates, for update-ca-certificates; then run again',
  },
  {
    words:
      /^(?:W: .*(?:NO_PUBKEY|EXPKEYSIG|REVKEYSIG|BADSIG|Missing key).*|E: The repository '.*' is (?:not|no longer) signed\..*)$/m,
    code: 'unsigned-source',
    message:
      'the host has no key that is good for the signature of this source, or the source has no signature',
    fix: 'look with `grep -rni signed-by /etc/apt/sources.list /etc/apt/sources.list.d` which key its entry names, and compare that with what its makers publish now; put theirs there and run again, or take the entry away where the source is not needed',
  },
  {
    words:
      /^E: (?:Malformed (?:entry|line|stanza) .*|Type '.*' is not known on .*|The list of sources could not be read.*)$/m,
    code: 'sources-malformed',
    message: 'there is a mistake in a file of sources, and apt uses none of them until it is mended',
    fix: 'mend that line of the file, as sources.list(5) has it, until `apt-get indextargets` on the host ends without an error; then run again',
  },
  {
    words: /^E: Failed to fetch \S+\.deb\s+404 .*$/m,
    code: 'lists-old',
    message: 'the lists of the host name a version that the mirror no longer has',
    fix: 'run again: that fetches the lists anew. If it stays so, the mirror or a proxy gives out old ones; look with `apt-config dump Acquire::http::Proxy` on the host',
  },
  {
    words: /^E: Failed to fetch .*(?:Hash Sum mismatch|Mirror sync in progress).*$/m,
    code: 'mirror-in-between',
    message:
      'what came is not what the list promises: the mirror is being changed at this moment, or a proxy gives out what it was before',
    fix: 'run again in some minutes; if it stays so, look with `apt-config dump Acquire::http::Proxy` on the host for a proxy',
  },
  {
    words: /^sources of packages that cannot be used: /m,
    code: 'package-source',
    message: 'a source of packages cannot be used, and something that is needed is to be had nowhere else',
    fix: 'look at the source and at its file, which are named last; mend the file, or take it away where the source is gone for good, and run again',
  },
];
