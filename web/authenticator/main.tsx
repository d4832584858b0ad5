import './style/base.css'
import './style/parts.css'
import './style/screens.css'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { start } from './model/start.ts'

const place = document.getElementById('app')
if (place) createRoot(place).render(<App />)
void start()
