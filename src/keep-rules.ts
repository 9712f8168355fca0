import { z } from 'zod'
import { OPTIONS } from './option-list.js'
import { count } from './option-values.js'

/** The rules of retention, by the names of their options; those of all stores, and those of a single copy. */
export const KeepRules = z.object({
  keepLast: count.optional(),
  keepDaily: count.optional(),
  keepWeekly: count.optional(),
  keepMonthly: count.optional(),
  keepYearly: count.optional(),
  keepWithin: z
    .string()
    .regex(/^(\d+[ymdh])+$/, 'must be an age such as 14d, 3m or 1y6m')
    .optional(),
  keepTier: z.enum(OPTIONS['keep-tier'].choices, 'must be archive, data or full').optional(),
})
