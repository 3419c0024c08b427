import type { KnownCause } from './cause.ts';

/** Why dnf and rpm do not install, in their own words (dnf 4: base.py, cli.py; libdnf and librepo; libsolv; rpm 4.14 to 4.20). */
export const DNF_CAUSES: readonly KnownCause[] = [
  {
    words: /can't create transaction lock on .*$/m,
    code: 'package-lock',
    message: 'another program holds the package database',
    fix: 'look which with `fuser -v /var/lib/rpm/.rpm.lock` on the host, and run again when it has ended',
  },
  {
    words:
      /(?:Thread died in Berkeley DB|cannot open Packages (?:index|database)|rpmdb open failed|database disk image is malformed).*$/m,
    code: 'package-database',
    message: 'the package database of the host is broken',
    fix: 'look with `rpmdb --verifydb` and `df -h /var/lib/rpm` on the host. Keep a copy of that folder before anything is done about it; rpmdb --rebuilddb makes it anew from itself; then run again',
  },
  {
    // It says so on each run, also where its repositories are another's, as a cloud's.
    words: /^This system is not registered .*$(?=[\s\S]*^Error: There are no enabled repo)/m,
    code: 'not-registered',
    message: 'it has no subscription, and so no repositories',
    fix: 'register it by hand, with what its owner has for it: subscription-manager register',
  },
  {
    words: /^Error: There are no enabled repo.*$/m,
    code: 'no-repositories',
    message: 'all repositories of the host are switched off, or gone',
    fix: 'look with `dnf repolist --all` on the host, switch on those of its release, and run again',
  },
  {
    words: /Curl error \((?:5|97)\).*$|Curl error .*\b407\b.*$|Status code: 407 .*$/m,
    code: 'proxy-refuses',
    message: 'the proxy of the host does not answer, or requires a name and a password',
    fix: 'look with `grep -rn proxy /etc/dnf/dnf.conf /etc/yum.repos.d` on the host which it is, and run again',
  },
  {
    words: /Curl error \((?:35|51|60|77)\).*$/m,
    code: 'certificate-untrusted',
    message:
      'the host does not trust the certificate of the server: its clock is wrong, it has no authorities (ca-certificates), or something on the way shows a certificate of its own',
    fix: 'look with `date` and `rpm -q ca-certificates` on the host. The authority of a proxy that reads along belongs into /etc/pki/ca-trust/source/anchors, for update-ca-trust; then run again',
  },
  {
    words: /Failed to download metadata .*$/m,
    code: 'repository-gone',
    message:
      'the lists of that repository cannot be downloaded: its release is no longer kept there, or its server does not answer',
    fix: 'look with `grep -rn -e mirrorlist -e metalink -e baseurl /etc/yum.repos.d` on the host where it is; name the archive of a release that has ended, or switch off a repository that is not needed, and run again',
  },
  {
    words:
      /^(?:Public key for .* is not (?:installed|trusted)|Package .* is not signed|The GPG keys listed for .*|Error: GPG check FAILED|.*Bad GPG signature).*$/m,
    code: 'package-unsigned',
    message: 'the host has no key that is good for the signature of that package',
    fix: 'look with `grep -rn gpgkey /etc/yum.repos.d` on the host which key its repository names, compare that with what its makers publish now, put theirs there, and run again',
  },
  {
    words: /filtered out by modular filtering.*$/m,
    code: 'package-hidden',
    message: 'a module of the distribution hides that package of another repository',
    fix: 'look with `dnf module list --enabled` on the host. module_hotfixes=true in the file of the repository lets its packages through; then run again',
  },
  {
    words: /nothing provides .*$/m,
    code: 'package-unmet',
    message:
      'no repository that is switched on has what it needs: the package is of another release, or one is off that belongs to it (CRB, EPEL)',
    fix: 'look with `dnf repolist --all` on the host, switch on what is lacking, and run again',
  },
  {
    words: /^Error: Unable to find a match: .*$/m,
    code: 'package-absent',
    message: 'no repository that is switched on has it',
    fix: 'look with `dnf repolist --all` on the host for one that should have it, switch it on, and run again',
  },
  {
    words: /^error: %\w+\(.*\) scriptlet failed.*$|^Error in \w+ scriptlet in rpm package .*$/m,
    code: 'package-script',
    message: 'a script of that package fails',
    fix: 'read what the script has said, right before those words. Mend what it lacks, or remove that package where nothing needs it, and run again',
  },
  {
    words: /^ *file .* conflicts .*$/m,
    code: 'package-clash',
    message: 'two packages have the same file',
    fix: 'look with `rpm -qi NAME` on the host where the one that is there is from, keep one of them, and run again',
  },
];
