import { render } from 'preact'
import { App } from './app.ts'
import { html } from './html.ts'
import { connect } from './state.ts'

const root = document.getElementById('page')
if (root !== null) {
  root.replaceChildren()
  render(html`<${App} />`, root)
  connect()
}
