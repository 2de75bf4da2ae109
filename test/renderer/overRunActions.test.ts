/** The menu of a node in a run that is over: to look at it, and nothing else. */
import { expect, it } from 'vitest'
import { nodeActions } from '../../src/renderer/src/components/topology/nodeActions'
import { IDLE_STATUS } from '../../src/renderer/src/stores/lab'
import type { NodeView } from '../../src/shared/api'

const NODE: NodeView = {
  ...{ node: 2, state: 'running', pid: 1, life: 1, clientHost: '127.0.0.1', clientPort: 4001 },
  ...{ status: null, statusAtMs: 0, failure: [] },
}

it('offers what looks, and says why not the rest', () => {
  const actions = nodeActions(NODE, { ...IDLE_STATUS, state: 'running' }, true)
  const open = actions.filter(({ blocked }) => blocked === null)
  expect(open.map(({ id }) => id)).toEqual(['logs', 'copyAddress'])
  const rest = actions.filter(({ blocked }) => blocked !== null)
  expect(new Set(rest.map(({ blocked }) => blocked))).toEqual(new Set(['This run is over.']))
})
