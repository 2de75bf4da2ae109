import '@fontsource-variable/inter'
import '@fontsource-variable/jetbrains-mono'
import './styles/index.css'
import { mountApp } from './app'
import { pickSource } from './api/source'

mountApp(pickSource(window))
