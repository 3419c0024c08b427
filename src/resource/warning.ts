/** A command of a change says with it, at the beginning of a line of stdout, what a person should know although it succeeds. */
export const WARNING = 'provision-warning:';
