/** The policy menu in happy-dom: a status that says the same again does not undo what is typed. */
import { mount } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import type { VueWrapper } from '@vue/test-utils'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import PolicyMenu from '../../src/renderer/src/components/controls/PolicyMenu.vue'

let menu: VueWrapper
afterEach(() => menu.unmount())

describe('the policy menu', () => {
  it('keeps what is being typed while the lab says again what holds', async () => {
    menu = mount(PolicyMenu, {
      props: { policy: LEADER_POLICY, tickMs: 10, running: true },
      attachTo: document.body,
    })
    await menu.find('[data-testid="policy"]').trigger('click')
    await nextTick()
    const field = document.querySelector<HTMLInputElement>('.popover input[type="number"]')
    if (!field) throw new Error('no number to change')
    field.value = '70'
    field.dispatchEvent(new Event('input', { bubbles: true }))
    await nextTick()
    await menu.setProps({ policy: { ...LEADER_POLICY } })
    expect(field.value).toBe('70')
    await menu.setProps({ policy: { ...LEADER_POLICY, heartbeatTicks: 9 } })
    expect(field.value).toBe('90')
  })
})
