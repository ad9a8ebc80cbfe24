/** Changes the arguments of a child before it is made: what a `transform` is made of. */
export type Change<T> = (args: T) => T;

/** The arguments as the user wants them. */
export function changed<T>(change: Change<T> | undefined, args: T): T {
	return change?.(args) ?? args;
}
