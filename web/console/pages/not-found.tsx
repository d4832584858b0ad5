import { Button } from '@mantine/core'
import { IconCompass } from '@tabler/icons-react'
import { Empty } from '../parts/empty.tsx'
import { Page } from '../parts/page.tsx'
import { go } from '../router.ts'

/** No page, or one that the role keeps closed. */
export function NotFound({ isForbidden }: { readonly isForbidden: boolean }) {
  return (
    <Page title={isForbidden ? 'Not for your role' : 'No such page'}>
      <Empty
        icon={<IconCompass size={30} />}
        title={isForbidden ? 'Your role does not open this page' : 'There is nothing at this address'}
        action={<Button onClick={() => go('/console')}>Go home</Button>}
      >
        {isForbidden ? 'An owner can change your role in the settings.' : 'It may have been moved or removed.'}
      </Empty>
    </Page>
  )
}
