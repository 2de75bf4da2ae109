/** Parses link faults from a wire or a file; FrameError as in `fields.ts`. */
import { NAMED_PRESETS } from '../core/fault'
import type { AdversaryKind, Link, LinkFault } from '../core/fault'
import { asList, Fields } from './fields'
import { FrameError } from './frame'
import { parseMatch, parseMatching } from './gateCodec'
import { FaultValues, FORM_KINDS, LINK_FAULTS } from './linkFaults'
import type { FaultField } from './linkFaults'
import { asNodeId } from './policyCodec'

const LINKS_MAX = 10_000
const GROUPS_MAX = 99

export function parseLinkFault(fault: Fields): LinkFault {
  const kind = fault.oneOf('kind', [...FORM_KINDS, 'partition', 'hold'])
  const links = fault.list('links', LINKS_MAX, parseLink)
  switch (kind) {
    case 'partition':
      return {
        kind,
        preset: fault.oneOf('preset', [...NAMED_PRESETS, 'custom']),
        groups: fault.list('groups', GROUPS_MAX, (group, where) =>
          asList(group, where, GROUPS_MAX, asNodeId),
        ),
        links,
      }
    case 'hold':
      return {
        kind,
        links,
        match: parseMatch(fault.at('match')),
        atEnd: fault.oneOf('atEnd', ['release', 'drop']),
        ...parseAdversary(fault),
      }
    default: {
      const { fields, matches, build } = LINK_FAULTS[kind]
      const values = fields.map((field) => [field.name, parseValue(fault, field)] as const)
      const change = build(new FaultValues(new Map(values)))
      // The form of a hold is the only one that is not of this table.
      if (change.kind === 'hold') throw new FrameError(`${fault.where}.kind is ${kind}`)
      // In the order in which faults are made: the hash of a run is over their text.
      const head = { kind: change.kind, links }
      return { ...head, ...change, ...(matches && parseMatching(fault)) }
    }
  }
}

export function parseLink(value: unknown, where: string): Link {
  const link = Fields.of(value, where)
  return { from: link.count('from', 1), to: link.count('to', 1) }
}

function parseAdversary(fault: Fields): { readonly adversary?: AdversaryKind } {
  if (fault.raw('adversary') === undefined) return {}
  return { adversary: fault.oneOf('adversary', ['flp']) }
}

function parseValue(fault: Fields, field: FaultField): number | string {
  const { name } = field
  switch (field.type) {
    case 'choice':
      return fault.raw(name) === undefined ? field.initial : fault.oneOf(name, field.options)
    case 'share':
      return fault.probability(name)
    case 'whole':
      return fault.count(name, field.min, field.max)
    case 'ms': {
      const ms = fault.number(name)
      if (ms >= field.min && ms <= field.max) return ms
      throw new FrameError(`${fault.where}.${name} is not from ${field.min} to ${field.max} ms`)
    }
  }
}
