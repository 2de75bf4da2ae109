/** A made-up world has no frames to hold and no past: whatever needs them is refused. */
import { LabCallError } from '../../src/shared/api'

async function noGate(): Promise<never> {
  throw new LabCallError('directMode', 'There is no gate in a made-up lab.')
}

async function noRuns(): Promise<never> {
  throw new LabCallError('badArgument', 'A made-up lab has no runs of the past.')
}

export class NoGate {
  gateList = noGate
  gateInspect = noGate
  gateRelease = noGate
  gateDrop = noGate
  gateDuplicate = noGate
  gateWait = noGate
  gateMove = noGate
  startStepping = noGate
  stopStepping = noGate
  stepChoices = noGate
  stepPerform = noGate
  stepScript = noGate
  startAdversary = noGate
  stopAdversary = noGate
  openRun = noRuns
  runMilestones = noRuns
  runEvents = noRuns
  lookAtRun = noRuns
  closeRun = noRuns
  runText = noRuns
  logs = noRuns
  startStorm = noGate
  stopStorm = noGate
}
