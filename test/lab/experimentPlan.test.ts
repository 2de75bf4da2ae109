/** The plan of an experiment file: repetitions, seeds, sweeps, and the values of a point. */
import { describe, expect, it } from 'vitest'
import {
  PlanError,
  ScenarioError,
  parseScenario,
  parseSeeds,
  parseSweep,
  sweepPoints,
} from '../../src/shared/experiment'

const HEAD = `version: 1
name: a-test
title: A test
summary: Nothing to see.
seconds: 1
level: first
cluster:
  nodes: 3
  policy: fixed
`
const STEPS = 'steps:\n  - do: heal\n'

function planOf(rest: string) {
  return parseScenario(HEAD + rest + STEPS, 'test.paxlab.yaml').plan
}

function errorOf(rest: string, point = {}): string {
  try {
    parseScenario(HEAD + rest + STEPS, 'test.paxlab.yaml', point)
  } catch (error) {
    if (error instanceof ScenarioError) return error.message
    throw error
  }
  throw new Error('it was parsed')
}

describe('the plan', () => {
  it('without one there is one trial', () => {
    expect(planOf('')).toEqual({ repeat: 1, seeds: null, sweep: [] })
  })

  it('reads repetitions, seeds and two axes', () => {
    expect(planOf('repeat: 30\n')).toEqual({ repeat: 30, seeds: null, sweep: [] })
    expect(planOf('seeds: 3..5\n')).toMatchObject({ repeat: 3, seeds: [3, 4, 5] })
    expect(planOf('seeds: [9, 2]\n')).toMatchObject({ repeat: 2, seeds: [9, 2] })
    const sweep = 'sweep: { policy: [eager, backoff-exponential], load.clients: [1, 8] }\n'
    expect(planOf(sweep).sweep).toEqual([
      { name: 'policy', values: ['eager', 'backoff-exponential'] },
      { name: 'load.clients', values: ['1', '8'] },
    ])
  })

  it('a sweep of the command line is read the same way', () => {
    expect(parseSweep('policy=eager, random 20 1500')).toEqual({
      name: 'policy',
      values: ['eager', 'random 20 1500'],
    })
    expect(parseSweep('quorums=[2,4],[3,3]').values).toEqual(['[2,4]', '[3,3]'])
    expect(parseSeeds('7,8')).toEqual([7, 8])
    const axes = [parseSweep('policy=eager,fixed'), parseSweep('load.clients=1,8')]
    expect(sweepPoints(axes)).toEqual([
      { policy: 'eager', 'load.clients': '1' },
      { policy: 'eager', 'load.clients': '8' },
      { policy: 'fixed', 'load.clients': '1' },
      { policy: 'fixed', 'load.clients': '8' },
    ])
    expect(sweepPoints([])).toEqual([{}])
  })

  it.each(['policy', '=eager', 'policy=', 'policy=eager,eager', 'steps.x=1', 'seed=1,2'])(
    'the sweep %s is refused',
    (text) => {
      expect(() => parseSweep(text)).toThrow(PlanError)
    },
  )

  it('the values of a point stand in place of those of the file', () => {
    const at = (point: Record<string, string>) =>
      parseScenario(HEAD + STEPS, 'test.paxlab.yaml', point)
    expect(at({ policy: 'eager' }).cluster.policy).toEqual({ kind: 'eager' })
    expect(at({ nodes: '5', quorums: '[2, 4]' }).cluster).toMatchObject({
      nodes: 5,
      quorums: { kind: 'counts', phase1: 2, phase2: 4 },
    })
    expect(at({ 'load.clients': '8' }).load).toMatchObject({ clients: 8 })
    expect(at({ policy: 'backoff-exponential 20 400' }).cluster.policy).toEqual({
      kind: 'backoff',
      backoff: { kind: 'exponential', ticksMin: 4, ticksMax: 80 },
    })
  })

  it.each([
    ['repeat: 3\nseeds: 1..2\n', /:10:9: repeat: is 3, and there are 2 seeds/],
    ['repeat: 0\n', /:10:9: repeat/],
    ['seeds: 5..1\n', /:10:8: seeds: "5..1" ends before it begins/],
    ['sweep: { polcy: [eager] }\n', /:10:17: with polcy=eager: .*polcy/],
    ['sweep: { policy: [eager, quick] }\n', /:10:18: with policy=quick: .*"quick" is not a policy/],
    ['sweep: { nodes: [3, 4] }\n', /with nodes=4: cluster.nodes/],
    ['sweep: { a: [1], b: [1], c: [1] }\n', /:10:8: .*more than 2 axes/],
    ['sweep: { policy: [eager], cluster.policy: [fixed] }\n', /cluster.policy is swept twice/],
    ['sweep: { name: [x] }\n', /with name=x: .*name/],
  ])('%j is refused with its place', (rest, words) => {
    expect(errorOf(rest)).toMatch(words)
  })

  it('a wrong value of a point is an error that names the point', () => {
    expect(errorOf('', { policy: 'quick' })).toMatch(/with policy=quick: .*"quick" is not a policy/)
    expect(errorOf('', { polcy: 'eager' })).toMatch(/with polcy=eager: .*polcy/)
    expect(errorOf('', { 'load.clients': '0' })).toMatch(/with load.clients=0: load.clients/)
  })
})
