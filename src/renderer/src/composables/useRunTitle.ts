/**
 * What the shown run is called: by its lesson, as the marks in its record say, else by its
 * experiment, else by its cluster.
 */
import { computed, onScopeDispose, shallowRef } from 'vue'
import type { ComputedRef } from 'vue'
import type { LabEvent } from '../../../core/event'
import { clusterLabels, isPaxos } from '../../../shared/clusterOptions'
import { parseMark } from '../../../shared/lessonMark'
import { useEventsStore } from '../stores/events'
import { useLabStore } from '../stores/lab'
import { useLessonBookStore } from '../stores/lessonBook'

export function useRunTitle(): ComputedRef<string> {
  const lab = useLabStore()
  const lesson = useRunLesson()
  return computed(() => {
    const { scenario, options, state } = lab.status
    if (lab.saved !== null) return lab.saved.title
    const labels = options ? clusterLabels(options) : []
    if (state === 'idle' || !options) return scenario?.name ?? 'No cluster'
    if (lesson.value !== null) return [lesson.value, ...labels].join(', ')
    if (scenario) return [scenario.name, ...labels].join(', ')
    // What is not Paxos is not called so: its label says what it is.
    const what = isPaxos(options) ? [`${options.mode}-Paxos`] : []
    return [`${options.nodes} nodes`, ...what, ...labels].join(', ')
  })
}

/** Title of the lesson that the record is in; null: it is in none. */
function useRunLesson(): ComputedRef<string | null> {
  const lab = useLabStore()
  const book = useLessonBookStore()
  const id = shallowRef<string | null>(null)

  function read(events: Iterable<LabEvent>): void {
    for (const event of events) {
      if (event.type === 'clusterStarted') id.value = null
      if (event.type !== 'acted' || event.actor !== 'lesson') continue
      id.value = parseMark(event.act)?.lesson ?? id.value
    }
    // A window that did not begin the lesson knows its title by its file.
    if (id.value !== null && book.lessons === null) void book.load()
  }
  function begin(events: Iterable<LabEvent>): void {
    id.value = null
    read(events)
  }
  begin(useEventsStore().held.slice())
  onScopeDispose(
    lab.listen({ events: read, reset: ({ earlier, events }) => begin([...earlier, ...events]) }),
  )
  return computed(() => {
    if (id.value === null) return null
    const found = book.lessons?.find((lesson) => lesson.id === id.value)
    return found ? `Lesson ${found.number}: ${found.title}` : `Lesson ${id.value}`
  })
}
