/** The first process of a container is the program's own, and no other has the name of one of its programs. */
export const CONTAINER = ['/usr/bin/unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];
