/** A desk on temporary folders over a real lab of built programs. Whoever makes it closes both. */
import { dirname } from 'node:path'
import { createLab } from '../../src/main/lab/lab'
import type { LabController } from '../../src/main/lab/lab'
import { builtEntry } from './built'
import { DeskRig } from './deskRig'

export function realDesk(): { readonly rig: DeskRig; readonly lab: LabController } {
  const labs: LabController[] = []
  const rig = new DeskRig(dirname(builtEntry('cli')), (runsDir) => {
    const lab = createLab({
      nodeEntry: builtEntry('node'),
      switchboardEntry: builtEntry('switchboard'),
      ...{ runsDir, appVersion: '0.0.0', scenarios: [] },
    })
    labs.push(lab)
    return lab
  })
  return { rig, lab: labs[0]! }
}
