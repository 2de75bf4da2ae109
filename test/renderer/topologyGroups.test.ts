import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linksAcross, linksBetween } from '../../src/core/fault'
import type { ActiveFault, Fault } from '../../src/core/fault'
import type { NodeLifeState, NodeView } from '../../src/shared/api'
import { groupModels } from '../../src/renderer/src/components/topology/groups'

const STATES: readonly NodeLifeState[] = [
  'starting',
  'running',
  'paused',
  'killed',
  'stopped',
  'failed',
]

function view(node: number, state: NodeLifeState = 'running'): NodeView {
  return {
    node,
    state,
    pid: null,
    life: 1,
    clientHost: '127.0.0.1',
    clientPort: 0,
    status: null,
    statusAtMs: 0,
    failure: [],
  }
}

const cluster = (count: number): NodeView[] =>
  Array.from({ length: count }, (_, at) => view(at + 1))

function active(fault: Fault, id = 'f1'): ActiveFault {
  return { id, fault, startedAtMs: 0, endedAtMs: null }
}

function partition(count: number, groups: number[][], id = 'f1'): ActiveFault {
  const members = Array.from({ length: count }, (_, at) => at + 1)
  const links = linksAcross(members, groups)
  return active({ kind: 'partition', preset: 'custom', groups, links }, id)
}

const words = (nodes: NodeView[], faults: ActiveFault[]): string[] =>
  groupModels(nodes, faults).map(
    (group) => `${group.letter} ${group.nodes.join(' ')}: ${group.words}`,
  )

describe('partition groups', () => {
  it('are none while everybody is connected', () => {
    expect(groupModels(cluster(5), [])).toEqual([])
  })

  it('say who has a quorum, in the order of the fault', () => {
    expect(
      words(cluster(5), [
        partition(5, [
          [2, 3, 4],
          [1, 5],
        ]),
      ]),
    ).toEqual(['A 2 3 4: quorum 3/5', 'B 1 5: no quorum 2/5'])
  })

  it('count only members that answer', () => {
    const nodes = [view(1), view(2, 'paused'), view(3), view(4), view(5, 'killed')]
    expect(
      words(nodes, [
        partition(5, [
          [2, 3, 4],
          [1, 5],
        ]),
      ]),
    ).toEqual(['A 2 3 4: no quorum 2/5', 'B 1 5: no quorum 1/5'])
  })

  it('show a bridge in both groups, and that only it reaches a quorum', () => {
    const nodes = [view(1), view(2, 'killed'), view(3), view(4), view(5, 'killed')]
    expect(
      words(nodes, [
        partition(5, [
          [1, 2, 3],
          [3, 4, 5],
        ]),
      ]),
    ).toEqual(['A 1 2 3: quorum 3/5 via N3', 'B 3 4 5: quorum 3/5 via N3'])
  })

  it('show a node that no group names as alone', () => {
    expect(words(cluster(3), [partition(3, [[1, 2]])])).toEqual([
      'A 1 2: quorum 2/3',
      'B 3: no quorum 1/3',
    ])
  })

  it('come from hand-made cuts too, one direction being enough', () => {
    const cut = active({
      kind: 'cut',
      links: [
        { from: 1, to: 2 },
        { from: 1, to: 3 },
      ],
    })
    expect(words(cluster(3), [cut])).toEqual(['A 2 3: quorum 2/3', 'B 1: no quorum 1/3'])
  })

  it('are none for a cut that leaves everybody connected through others', () => {
    const cut = active({ kind: 'cut', links: linksBetween([1], [2]) })
    expect(groupModels(cluster(5), [cut])).toEqual([])
  })

  it('are who shares a group in each of two partitions', () => {
    const both = [
      partition(5, [
        [1, 2],
        [3, 4, 5],
      ]),
      partition(
        5,
        [
          [1, 2, 3],
          [4, 5],
        ],
        'f2',
      ),
    ]
    expect(words(cluster(5), both)).toEqual([
      'A 1 2: no quorum 2/5',
      'B 3: no quorum 1/5',
      'C 4 5: no quorum 2/5',
    ])
  })

  it('end with the fault', () => {
    const ended = {
      ...partition(5, [
        [1, 2],
        [3, 4, 5],
      ]),
      endedAtMs: 9,
    }
    expect(groupModels(cluster(5), [ended])).toEqual([])
  })

  it('never promise a quorum to two groups that share nobody: majorities meet', () => {
    const anyCluster = fc.constantFrom(3, 5, 7, 9).chain((count) =>
      fc.record({
        count: fc.constant(count),
        side: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: count, maxLength: count }),
        states: fc.array(fc.constantFrom(...STATES), { minLength: count, maxLength: count }),
      }),
    )
    fc.assert(
      fc.property(anyCluster, ({ count, side, states }) => {
        const groups = [0, 1, 2, 3]
          .map((name) => side.flatMap((of, at) => (of === name ? [at + 1] : [])))
          .filter((group) => group.length > 0)
        fc.pre(groups.length > 1)
        const nodes = states.map((state, at) => view(at + 1, state))
        const models = groupModels(nodes, [partition(count, groups)])
        expect(models).toHaveLength(groups.length)
        expect(models.filter((group) => group.quorum).length).toBeLessThanOrEqual(1)
        for (const group of models) {
          const up = group.nodes.filter((node) => states[node - 1] === 'running').length
          expect(group.answering).toBe(up)
          expect(group.quorum).toBe(up * 2 > count)
          expect(group.words).toBe(`${group.quorum ? '' : 'no '}quorum ${up}/${count}`)
        }
      }),
    )
  })
})
