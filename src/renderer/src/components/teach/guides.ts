/**
 * What to look at in each bundled experiment, and the chart that shows it. A test compares the
 * names with the files in `resources/scenarios`.
 */
export interface Guide {
  /** For the lecturer, at most 60 words. */
  readonly look: string
  /** Id of a chart; one that this window lacks is passed over. */
  readonly chart: string
}

export const GUIDES: Readonly<Record<string, Guide>> = {
  'first-choice': {
    look:
      'A ring closes around the leader when a majority has promised. Watch accept go out to all ' +
      'and accepted come back: with the third vote the value is chosen, before anybody is told.',
    chart: 'staircase',
  },
  'dueling-proposers': {
    look:
      'N2 and N4 outbid each other: each promise to one makes the vote for the other too late. ' +
      'Nothing fails and nothing is lost, and yet no step of the staircase is filled, until one ' +
      'of them happens to wait long enough.',
    chart: 'staircase',
  },
  'leader-kill': {
    look:
      'Count the seconds without answers: from the kill until others miss the heartbeats and one ' +
      'of them is elected. What was acknowledged before is there afterwards.',
    chart: 'throughput',
  },
  'isolate-leader': {
    look:
      'Two nodes believe that they lead. Only one has a majority: look at whose accepts are ' +
      'answered, and at the ballot that the old leader meets when the links are back.',
    chart: 'leaders',
  },
  'majority-minority': {
    look:
      'Requests at the smaller side wait or end unanswered; the larger side goes on. After ' +
      'healing the logs become equal, and no slot has two values.',
    chart: 'progress',
  },
  'minority-partition': {
    look:
      'The leader sits in the minority. It may still send accepts, and gets two votes of five at ' +
      'most: nothing it issues now is chosen by these votes.',
    chart: 'leaders',
  },
  'write-to-any': {
    look:
      'Each client writes to a node of its own. A node that does not lead hands the request on; ' +
      'a client whose node dies takes the same request to the next one, and it is applied once.',
    chart: 'throughput',
  },
  'lost-messages': {
    look:
      'One message in five never arrives. Retries cost time, not safety: latency rises, the logs ' +
      'stay equal.',
    chart: 'latency',
  },
  'lost-learn-messages': {
    look:
      'A majority has voted, so the value is chosen, and no learner knows. The next proposer is ' +
      'forced to it by the promises it collects: asking is proposing.',
    chart: 'staircase',
  },
  'three-values': {
    look:
      'Without phase 1 each acceptor keeps the first value it gets. Three values, three ' +
      'acceptors, no majority, for ever: that is why an acceptor must be able to accept again.',
    chart: 'progress',
  },
  'shared-member': {
    look:
      'The majority of phase 1 and the majority of phase 2 share one node. Follow what that one ' +
      'node reports: it alone carries the value over.',
    chart: 'staircase',
  },
  'value-majority': {
    look:
      'Two of three nodes hold v, at different ballots. Ask the room whether v is chosen; then ' +
      'watch w being chosen. Ballot and value count together, never the value alone.',
    chart: 'staircase',
  },
  'gap-135-137': {
    look:
      'The new leader knows 1 to 134, 138 and 139. One prepare asks for all the rest; 135 and ' +
      '140 are forced by votes, 136 and 137 get a no-op, and the log turns solid.',
    chart: 'progress',
  },
  'pipelining-142-before-141': {
    look:
      'Slot 142 is chosen while the votes for 141 still wait. Chosen is not applied: nothing is ' +
      'executed beyond the gap.',
    chart: 'progress',
  },
  bridge: {
    look:
      'Two groups, one node in both. Each group is a majority with it, and still one slot never ' +
      'gets two values, because the node in the middle promises only once.',
    chart: 'leaders',
  },
  'bridge-oscillation': {
    look:
      'The two ends depose each other: each misses the heartbeats of the other. Count the ' +
      'leaders, then watch what changes when a node asks before it bids.',
    chart: 'leaders',
  },
  repartition: {
    look:
      'Every two seconds another split. Progress comes and goes; the checks stay green. After ' +
      'the last healing all requests are answered.',
    chart: 'progress',
  },
  'crash-pause-cut-slow': {
    look:
      'Four ways to lose a leader under the same load. Compare the gaps: a dead leader is ' +
      'replaced, a slow one is not.',
    chart: 'throughput',
  },
  'backoff-compared': {
    look:
      'Five proposers and no leader. Compare how many ballots it takes until one is left alone, ' +
      'with each way to wait after a preemption.',
    chart: 'preempted',
  },
  'flp-adversary': {
    look:
      'Nothing is lost; an adversary only chooses the order of the frames, and no ballot wins. ' +
      'Chance ends it: one proposer waits longer than the adversary may hold a frame.',
    chart: 'staircase',
  },
  'learner-modes': {
    look:
      'Who counts the votes? With one distinguished learner few messages and one more delay; ' +
      'with all to all the reverse. Look at the links, then at the latency.',
    chart: 'latency',
  },
  'lease-drift': {
    look:
      'The leader answers alone because its clock says that it may. When that clock runs ten ' +
      'times too slow, the answer is stale: this is the one thing here that trusts time.',
    chart: 'leaders',
  },
  amnesia: {
    look:
      'Flushing is off. After the power cut the acceptors do not know what they promised and ' +
      'voted. The check turns red, on purpose.',
    chart: 'progress',
  },
  'two-acknowledgements': {
    look:
      'The algorithm of the essay as published, which is not Paxos: it calls success at the ' +
      'promises, before any vote. Two clients are told two different values.',
    chart: 'progress',
  },
  'blog-against-paper': {
    look:
      'One schedule for two algorithms. The essay tells its client success and is wrong; the ' +
      'paper says that it does not know, and is right.',
    chart: 'progress',
  },
}
