/** The desk of a host: experiments, trials and results beside its lab, in the same folders. */
import type { AssembleOptions } from './assemble'
import { ExperimentDesk } from './experiment/desk'
import type { HostDesk } from './host/reportPage'
import type { LabController } from './lab/lab'

type DeskPlace = Pick<AssembleOptions, 'mainDir' | 'runsDir' | 'appVersion'>

export function assembleDesk(lab: LabController, place: DeskPlace): HostDesk {
  const { mainDir, runsDir, appVersion } = place
  return new ExperimentDesk({ lab, mainDir, runsDir, appVersion })
}
