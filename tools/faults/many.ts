/** Whether each fault is done as often and for as long as the catalogue says, and not just a few times: HOLDFAST_MANY=1. */
export const MANY = process.env.HOLDFAST_MANY === "1";
