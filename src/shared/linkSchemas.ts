/** Parsers of link faults and partitions from viewers, made from `linkFaults.ts`. */
import { NAMED_PRESETS } from '../core/fault'
import { frameMatch } from './gateSchemas'
import { FaultValues, FORM_KINDS, LINK_FAULTS } from './linkFaults'
import type { FaultField, FormKind } from './linkFaults'
import { z } from './zod'

const NODES_MAX = 9

const nodes = z.array(z.number().int().min(1).max(NODES_MAX)).max(NODES_MAX)

export const partition = z.discriminatedUnion('preset', [
  z.strictObject({ preset: z.enum(NAMED_PRESETS) }),
  z.strictObject({ preset: z.literal('custom'), groups: z.array(nodes).min(1).max(NODES_MAX) }),
])

export const linkChange = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('hold'),
    match: frameMatch,
    atEnd: z.enum(['release', 'drop']),
  }),
  ...FORM_KINDS.map(formOf),
])

function formOf(kind: FormKind) {
  const { fields, matches, build } = LINK_FAULTS[kind]
  const values = Object.fromEntries(fields.map((field) => [field.name, schemaOf(field)]))
  return z
    .strictObject({
      ...values,
      kind: z.literal(kind),
      match: matches ? frameMatch.optional() : z.undefined().optional(),
    })
    .transform(({ kind: _, match, ...given }) => {
      const change = build(new FaultValues(new Map(Object.entries(given))))
      return match === undefined ? change : { ...change, match }
    })
}

function schemaOf(field: FaultField): z.ZodType<number | string> {
  if (field.type === 'choice') return z.enum(field.options).default(field.initial)
  const number = z.number().min(field.min).max(field.max)
  return field.type === 'whole' ? number.int() : number
}
