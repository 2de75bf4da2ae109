/**
 * The question of a step, for where it is shown. One that comes before the run and is still open
 * stands still, in sight of the act that it is about: in the panel, or in a small window above
 * the topology, for there the panel has no room for both prose and question.
 */
import { useMediaQuery } from '@vueuse/core'
import { computed } from 'vue'
import { useLessonStore } from '../../stores/lesson'

export function useAskedQuestion() {
  const lesson = useLessonStore()
  const isSmall = useMediaQuery('(max-width: 1279px), (max-height: 719px)')
  const isOpen = computed(() => {
    const { step, answer, replays } = lesson
    return step?.predict != null && step.predict.after === null && answer === null && !replays
  })
  return {
    /** What the card of the question is given; null: this step asks nothing. */
    question: computed(() => {
      const prediction = lesson.step?.predict
      if (prediction == null) return null
      return {
        ...{ prediction, answer: lesson.answer, keyShown: lesson.keyShown },
        ...{ past: lesson.replays, early: lesson.isTooEarly },
        name: `${lesson.lesson?.id} ${lesson.step?.id}`,
      }
    }),
    place: computed(() => (!isOpen.value ? 'text' : isSmall.value ? 'stage' : 'panel')),
  }
}
