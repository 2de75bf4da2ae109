/**
 * The desk beside the lab: experiment files, trials, results and reports, for windows of any host.
 *
 * Files:  own experiments in `experiments` beside the folder of runs; results in that folder.
 * Errors: LabCallError; what is wrong in a file has its place in `details`.
 */
import { dirname, join, resolve } from 'node:path'
import type { LabStatus, RunCard } from '../../shared/api'
import type {
  ComparedPart,
  ComparedRow,
  ExperimentCard,
  ExperimentDraft,
  ExperimentText,
  ResultCard,
  TrialsPlan,
  TrialsRequest,
  TrialsView,
} from '../../shared/deskApi'
import { parsingScenario } from '../../shared/experiment'
import type { Scenario } from '../../shared/experiment'
import type { ExperimentResult } from '../../shared/experimentResult'
import type { LessonRunView, RunTextPiece } from '../../shared/lessonRunApi'
import type { Pin, PinDraft } from '../../shared/pins'
import type { ReenactmentView, ReplayReport, RunExtras, RunFork } from '../../shared/reenactApi'
import { reportPath } from '../host/reportPage'
import type { HostDesk } from '../host/reportPage'
import { lessonRunOf, runTextOf } from '../lab/lessonRun'
import { recorderOf } from '../lab/processIds'
import { listRuns } from '../lab/runDir'
import { keepText } from './concludeRun'
import { DeskExtras } from './deskExtras'
import { DeskFiles } from './deskFiles'
import { inSteps, runDirOf } from './deskFolder'
import { DeskPins } from './deskPins'
import { DeskReenact } from './deskReenact'
import { DeskResults } from './deskResults'
import { deleteRun } from './deskRuns'
import { DeskTrials } from './deskTrials'
import { told } from './deskWords'

/** What the desk needs of the lab beside it. */
export interface DeskLab {
  playScenario(scenario: Scenario, seed: number | null): Promise<void>
  status(): Pick<LabStatus, 'state' | 'runDir'>
}

export interface DeskOptions {
  /** Folder of the running entry, `out/main`. */
  readonly mainDir: string
  readonly runsDir: string
  readonly appVersion: string
  readonly lab: DeskLab
}

export class ExperimentDesk implements HostDesk {
  private readonly files: DeskFiles
  private readonly trials: DeskTrials
  private readonly kept: DeskResults
  private readonly pinned: DeskPins
  private readonly reenacting: DeskReenact
  private readonly extras: DeskExtras

  constructor(private readonly options: DeskOptions) {
    const { mainDir, appVersion } = options
    const runsDir = resolve(options.runsDir)
    const files = new DeskFiles(mainDir, join(dirname(runsDir), 'experiments'))
    this.files = files
    this.trials = new DeskTrials({
      ...{ mainDir, runsDir, appVersion },
      bundledNameOf: (file, text) => files.bundledNameOf(file, text),
    })
    this.kept = new DeskResults({ runsDir, isGrowing: (id) => this.isGrowing(id) })
    this.pinned = new DeskPins(runsDir)
    this.reenacting = new DeskReenact({ mainDir, runsDir, appVersion })
    this.extras = new DeskExtras({ mainDir, runsDir, isGrowing: (id) => this.isGrowing(id) })
  }

  /** Here, or in another process. */
  private isGrowing(id: string): boolean {
    const { lab, runsDir } = this.options
    const { state, runDir } = lab.status()
    const dir = join(resolve(runsDir), id)
    if (id === this.trials.growing || id === this.reenacting.growing) return true
    return (
      (state !== 'idle' && runDir !== null && resolve(runDir) === dir) || recorderOf(dir) !== null
    )
  }

  experimentFiles(): Promise<readonly ExperimentCard[]> {
    return told(() => this.files.list())
  }

  experimentText(id: string): Promise<ExperimentText> {
    return told(() => this.files.read(id))
  }

  saveExperiment(name: string, text: string): Promise<ExperimentCard> {
    return told(() => this.files.save(name, text))
  }

  deleteExperiment(id: string): Promise<void> {
    return told(() => this.files.delete(id))
  }

  playExperiment(text: string, file: string, seed: number | null): Promise<void> {
    return told(async () => {
      const { lab } = this.options
      await lab.playScenario(await inSteps(parsingScenario(text, file)), seed)
      const { runDir } = lab.status()
      if (runDir !== null) await keepText(runDir, text)
    })
  }

  experimentDraft(): Promise<ExperimentDraft | null> {
    return told(() => this.files.draft())
  }

  keepDraft(draft: Pick<ExperimentDraft, 'id' | 'text'> | null): Promise<void> {
    return told(() => this.files.keepDraft(draft))
  }

  planTrials(request: TrialsRequest): Promise<TrialsPlan> {
    return told(() => this.trials.plan(request))
  }

  startTrials(request: TrialsRequest): Promise<string> {
    return told(() => this.trials.start(request))
  }

  stopTrials(): Promise<void> {
    return told(() => this.trials.stop())
  }

  trialsNow(): Promise<TrialsView | null> {
    return Promise.resolve(this.trials.now())
  }

  /** The one that grows says so: it has no end yet. */
  runs(): Promise<readonly RunCard[]> {
    const { runsDir } = this.options
    return told(async () => {
      const cards = await listRuns(resolve(runsDir), null)
      return cards.map((card) => (this.isGrowing(card.id) ? { ...card, recording: true } : card))
    })
  }

  results(): Promise<readonly ResultCard[]> {
    return told(() => this.kept.list())
  }

  result(id: string): Promise<ExperimentResult> {
    return told(() => this.kept.read(id))
  }

  deleteResult(id: string): Promise<void> {
    return told(() => this.kept.delete(id))
  }

  pins(run: string): Promise<readonly Pin[]> {
    return told(() => this.pinned.list(run))
  }

  addPin(run: string, pin: PinDraft): Promise<readonly Pin[]> {
    return told(() => this.pinned.add(run, pin))
  }

  removePin(run: string, id: string): Promise<readonly Pin[]> {
    return told(() => this.pinned.remove(run, id))
  }

  movePin(run: string, id: string, by: -1 | 1): Promise<readonly Pin[]> {
    return told(() => this.pinned.move(run, id, by))
  }

  deleteRun(id: string): Promise<void> {
    const { runsDir } = this.options
    return told(() => deleteRun(resolve(runsDir), id, (run) => this.isGrowing(run)))
  }

  lessonRun(id: string): Promise<LessonRunView> {
    return told(async () => lessonRunOf(await this.runDir(id), id, this.isGrowing(id)))
  }

  lessonRunText(id: string, file: string, from: number, to: number): Promise<RunTextPiece> {
    return told(async () => await runTextOf(await this.runDir(id), file, from, to))
  }

  private runDir(id: string): Promise<string> {
    return runDirOf(resolve(this.options.runsDir), id)
  }

  compareResults(a: ComparedPart, b: ComparedPart): Promise<readonly ComparedRow[]> {
    return told(() => this.kept.compare(a, b))
  }

  startReenactment(schedule: string): Promise<void> {
    return told(() => this.reenacting.start(schedule))
  }

  stopReenactment(): Promise<void> {
    return told(() => this.reenacting.stop())
  }

  reenactmentNow(): Promise<ReenactmentView | null> {
    return Promise.resolve(this.reenacting.now())
  }

  runExtras(run: string): Promise<RunExtras> {
    return told(() => this.extras.look(run))
  }

  replayRun(run: string): Promise<ReplayReport> {
    return told(() => this.extras.replay(run))
  }

  forkRun(fork: RunFork): Promise<string> {
    return told(() => this.extras.fork(fork))
  }

  async reportPage(id: string): Promise<string> {
    await this.reportFile(id)
    return reportPath(id)
  }

  reportFile(id: string): Promise<string> {
    return told(() => this.kept.reportFile(id))
  }

  get isBusy(): boolean {
    return this.trials.growing !== null || this.reenacting.isBusy
  }

  /** Ends what it started; the lab is closed by who made it. */
  async close(): Promise<void> {
    this.extras.close()
    await Promise.all([this.trials.close(), this.reenacting.close()])
  }
}
