/** The plan that follows from the form: asked of the host while somebody types. */
import { useDebounceFn } from '@vueuse/core'
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { TrialsPlan, TrialsRequest } from '../../../../shared/deskApi'
import { describeFailure } from '../../api/failure'
import { useLabStore } from '../../stores/lab'
import { OF_WISH, useRunsStore } from '../../stores/runs'
import { requestOf, wrongIn, wrongOf } from './runDraft'
import type { RunDraft, Wrongs } from './runDraft'

const TYPING_MS = 300

export function useRunPlan() {
  const lab = useLabStore()
  const runs = useRunsStore()
  const plan = shallowRef<TrialsPlan | null>(null)
  const told = shallowRef<Wrongs>({})
  const request = shallowRef<TrialsRequest | null>(null)
  const isPlanning = ref(false)
  /** Numbers that a field says are not valid. */
  const invalid = shallowRef<ReadonlySet<string>>(new Set())
  const wrongs = computed<Wrongs>(() => ({ ...told.value, ...wrongIn(runs.draft) }))
  let asked = 0

  const card = computed(() => runs.files.find(({ id }) => id === runs.draft.experiment) ?? null)

  async function textOf({ experiment }: RunDraft): Promise<{ text: string; file: string }> {
    if (experiment === OF_WISH && runs.wish !== null) return runs.wish
    const { card: found, text } = await lab.askHost((call) => call.experimentText(experiment))
    return { text, file: `${found.name}.paxlab.yaml` }
  }

  async function look(): Promise<void> {
    asked += 1
    const mine = asked
    const { draft } = runs
    if (Object.keys(wrongIn(draft)).length > 0 || invalid.value.size > 0 || !lab.connected) {
      set(mine, null, null, {})
      return
    }
    let wanted: TrialsRequest | null = null
    try {
      const { text, file } = await textOf(draft)
      const asks = requestOf(draft, text, file)
      wanted = asks
      const found = await lab.askHost((call) => call.planTrials(asks))
      set(mine, asks, found, {})
    } catch (error) {
      const { field, words } = wanted
        ? wrongOf(error, wanted)
        : { field: 'experiment' as const, words: describeFailure(error).words }
      set(mine, null, null, { [field]: words })
    }
  }

  /** An answer that was overtaken by typing says nothing. */
  function set(
    of: number,
    wanted: TrialsRequest | null,
    found: TrialsPlan | null,
    wrong: Wrongs,
  ): void {
    if (of !== asked) return
    request.value = wanted
    plan.value = found
    told.value = wrong
    isPlanning.value = false
  }

  const later = useDebounceFn(look, TYPING_MS)
  function begin(): void {
    isPlanning.value = true
    void later()
  }
  watch([() => runs.draft, () => runs.wish, () => lab.connected, invalid, card], begin, {
    immediate: true,
  })
  onScopeDispose(() => (asked += 1))

  function markValid(name: string, isValid: boolean): void {
    const others = [...invalid.value].filter((one) => one !== name)
    invalid.value = new Set(isValid ? others : [...others, name])
  }

  return { plan, request, wrongs, isPlanning, card, markValid }
}
