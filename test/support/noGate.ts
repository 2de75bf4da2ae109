/** A made-up world has no frames to hold: whatever needs the gate is refused, as in direct mode. */
import { LabCallError } from '../../src/shared/api'

async function noGate(): Promise<never> {
  throw new LabCallError('directMode', 'There is no gate in a made-up lab.')
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
  startStorm = noGate
  stopStorm = noGate
}
