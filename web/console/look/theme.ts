import { createTheme, Drawer, Menu, Modal, Tooltip } from '@mantine/core'

/** For what opens above a page: outside of every landmark a screen reader's user would not come across it. */
export const inContent = { target: '#content' }

/**
 * What Mantine's parts do by default here; their colours are in theme.css. Scrolling is locked by our own style: theirs
 * would write a style sheet, which the content security policy refuses.
 */
export const theme = createTheme({
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Modal: Modal.extend({
      defaultProps: {
        lockScroll: false,
        centered: true,
        radius: 'lg',
        padding: 'xl',
        overlayProps: { backgroundOpacity: 0.45, blur: 3 },
        transitionProps: { transition: 'pop', duration: 140 },
        closeButtonProps: { 'aria-label': 'Close' },
        // Theirs is a `header`, which is taken for a second one of the page.
        attributes: { header: { role: 'presentation' } },
      },
    }),
    Drawer: Drawer.extend({
      defaultProps: {
        lockScroll: false,
        transitionProps: { duration: 160 },
        closeButtonProps: { 'aria-label': 'Close' },
        attributes: { header: { role: 'presentation' } },
      },
    }),
    Menu: Menu.extend({
      defaultProps: {
        shadow: 'md',
        radius: 'md',
        position: 'bottom-end',
        withInitialFocusPlaceholder: false,
        portalProps: inContent,
      },
    }),
    Tooltip: Tooltip.extend({ defaultProps: { withArrow: true, openDelay: 250 } }),
  },
})
