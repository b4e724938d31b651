/** SQL of OSRT_API: a call that another one made is a part of that one, whose time has it already. Old exports do not number the levels. */
export const outermostCall = 'COALESCE(nestingLevel, 0) = 0';
