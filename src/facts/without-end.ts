/**
 * A path without slashes at its end. What a stack file says, `$ROOT/mail/:/mail/`, comes to the engine as it was written (docker/cli,
 * compose/loader/volume.go).
 */
export const withoutEnd = (path: string): string => path.replace(/(?<=.)\/+$/, '');
