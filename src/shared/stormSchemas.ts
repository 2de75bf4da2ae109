/** Parsers of calls about storms, from viewers; see `apiSchemas.ts`. */
import { ALL_STORM_FAMILIES } from '../core/storm/storm'
import { STORM_MS_MAX } from './stormVerb'
import { z } from './zod'

const SEED_MAX = 0xffff_ffff
const FOR_MS_MIN = 1000

const storm = z.strictObject({
  seed: z.number().int().min(0).max(SEED_MAX),
  families: z.array(z.enum(ALL_STORM_FAMILIES)).min(1).max(ALL_STORM_FAMILIES.length),
  intensity: z.number().min(0).max(1),
  forMs: z.number().int().min(FOR_MS_MIN).max(STORM_MS_MAX).nullable(),
})

export const stormCalls = {
  startStorm: z.tuple([storm]),
  stopStorm: z.tuple([]),
} as const
