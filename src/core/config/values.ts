import { RE2JS } from 're2js';
import { z } from 'zod';

/** A path that stays inside the repository. */
export const relativePath = z.string().min(1).superRefine((path, context) => {
  if (path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path)) context.addIssue({ code: 'custom', message: 'must be relative to the repository root' });
  else if (path.split(/[\\/]/).includes('..')) context.addIssue({ code: 'custom', message: 'must not leave the repository (`..`)' });
});

/** A glob, matched against paths relative to the repository root. */
export const globPattern = relativePath;

/** A regular expression in RE2 syntax, which is matched in linear time whatever the input. */
export const metricPattern = z.string().min(1).max(1000).superRefine((pattern, context) => {
  try {
    RE2JS.compile(pattern);
  } catch (error) {
    context.addIssue({ code: 'custom', message: `is not a regular expression in RE2 syntax: ${error instanceof Error ? error.message : String(error)}` });
  }
});
