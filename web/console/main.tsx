import './look/mantine.css'
import './look/theme.css'
import './look/layout.css'
import './look/charts.css'
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { queries } from './calls.ts'
import { theme } from './look/theme.ts'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no place for the console')
createRoot(root).render(
  <MantineProvider
    theme={theme}
    defaultColorScheme="auto"
    colorSchemeManager={localStorageColorSchemeManager({ key: 'console-scheme' })}
    withCssVariables={false}
    withGlobalClasses={false}
  >
    <QueryClientProvider client={queries}>
      <App />
      <Notifications position="bottom-right" limit={3} />
    </QueryClientProvider>
  </MantineProvider>,
)
