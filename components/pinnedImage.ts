import * as pulumi from "@pulumi/pulumi";
import { type Problem, refusal, shown } from "./validate";

const DIGEST = /@sha256:[0-9a-f]{64}$/;

/** What is wrong with a reference that does not say which image exactly it means: a tag can be moved. */
export function digestProblems(propertyPath: string, reference: string): Problem[] {
	if (DIGEST.test(reference)) return [];
	const reason = `must end in its digest, so that every start runs the same (got ${shown(reference)}): docker buildx imagetools inspect ${reference} prints it; write ${reference.split("@")[0]}@sha256:…`;
	return [{ propertyPath, reason }];
}

/** A reference that is only known later is checked then. */
export function pinnedImage(
	propertyPath: string,
	image: pulumi.Input<string>,
	problemsOf = digestProblems,
): pulumi.Output<string> {
	return pulumi.output(image).apply((reference) => {
		const [problem] = problemsOf(propertyPath, reference);
		if (problem !== undefined) throw refusal(`${problem.propertyPath} ${problem.reason}`);
		return reference;
	});
}
