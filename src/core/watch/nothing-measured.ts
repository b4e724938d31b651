/** How the refusal begins of a change to nothing but what is laid over from the base. */
export const nothingMeasured = 'Nothing of it would be measured';
