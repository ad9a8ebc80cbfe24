/** Changes the arguments of a child: what a `transform` is made of. */
export type Change<T> = (args: T) => T;

export function changed<T>(change: Change<T> | undefined, args: T): T {
	return change?.(args) ?? args;
}
