/**
 * Which mounts are looked through for what somebody has left there: those of local file systems, by what they are and not by a name in their
 * path. Left out is what keeps no files, what other machines have, what cannot be written, and what engines make for each container.
 */

/** Types that are not searched: alternatives of a pattern of `case`. */
export const NOT_SEARCHED = [
  'proc | sysfs | dev* | tmpfs | ramfs | cgroup* | mqueue | debugfs | tracefs | securityfs | pstore | bpf | configfs | fusectl | hugetlbfs',
  'binfmt_misc | autofs | rpc_pipefs | efivarfs | selinuxfs | nsfs | squashfs | erofs | iso9660 | udf',
  'nfs* | cifs | smb* | ceph | 9p | afs | lustre | beegfs* | gpfs | orangefs | fuse | fuse.*',
].join(' | ');

/** Mounts that an engine has made for a container, as `TYPE:PATH`, likewise. */
export const OF_CONTAINERS = [
  'overlay:*/overlay2/* | overlay:*/rootfs | overlay:*/rootfs/* | overlay:*/merged',
  '*:*/zfs/graph/* | *:*/devicemapper/mnt/* | *:*/kubelet/pods/* | *:*/kubelet/plugins/*',
].join(' | ');
