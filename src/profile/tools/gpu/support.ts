import { z } from 'zod';

export const limitSchema = z.int().min(1).max(100_000).default(20).describe('How many rows.');
export const deviceSchema = z.int().min(0).nullable().default(null).describe('Only of this device.');

export const kernelsCaptured = 'profile with `nsys profile -t cuda`';
export const workCaptured = 'it holds no work of a device; profile with `nsys profile -t cuda`';
