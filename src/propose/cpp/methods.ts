/** Methods of strings and containers that change the object and keep no reference to what they are given. */
export const changingMethods = new Set(['push_back', 'emplace_back', 'push_front', 'insert', 'emplace', 'append', 'assign', 'clear', 'erase', 'pop_back', 'pop_front', 'resize', 'reserve', 'push', 'pop', 'try_emplace', 'insert_or_assign', 'replace', 'shrink_to_fit']);
