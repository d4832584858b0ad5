const shapes = {
  alert: 'M12 8v4.5m0 3.4v.1M3.5 12a8.5 8.5 0 1 0 17 0 8.5 8.5 0 1 0-17 0',
  back: 'm14.5 5-7 7 7 7',
  bell: 'M6 16V10.5a6 6 0 0 1 12 0V16l1.5 2h-15zM10 21h4',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  clock: 'M12 7.5V12l3 2M3.5 12a8.5 8.5 0 1 0 17 0 8.5 8.5 0 1 0-17 0',
  copy: 'M9 9h10v11H9zM5 15V4h10',
  cross: 'm6.5 6.5 11 11m0-11-11 11',
  dots: 'M12 5.5v.1m0 6.4v.1m0 6.4v.1',
  download: 'M12 4v11m-4.5-4.5L12 15l4.5-4.5M5 20h14',
  finger:
    'M7 19c-1-2-1.5-4-1.5-6.5a6.5 6.5 0 0 1 13 0c0 2 0 3.5-.5 5.500M9 20.500c-.7-2-1-4.5-1-7.500a4 4 0 0 1 8 0c0 3 0 5-1 8M12 13c0 3 0 5.5 1 8',
  key: 'M3 12a4 4 0 1 0 8 0 4 4 0 1 0-8 0m8 0h10v4m-4-4v3',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  microphone: 'M9 6a3 3 0 0 1 6 0v5a3 3 0 0 1-6 0zM5.5 11.500a6.5 6.500 0 0 0 13 0M12 18v3',
  next: 'm9.5 5 7 7-7 7',
  offline:
    'M4 4l16 16M8.5 12.500a5.5 5.5 0 0 1 3-1.500M5 9.500A10 10 0 0 1 8 7.500M19 9.500A10 10 0 0 0 11.5 6.500M12 18v.1M14.8 14.200A4.5 4.5 0 0 0 9.5 15.5',
  phone: 'M7 3h10v18H7zM11 18h2',
  picture: 'M4 5h16v14H4zM4 16l4.5-4.5 4 4 3-3L20 17M15.5 9v.1',
  plus: 'M12 5v14M5 12h14',
  refresh: 'M19.5 12a7.5 7.5 0 1 1-2.2-5.300L20 9M20 4v5h-5',
  scan: 'M4 8.500V4h4.500M15.5 4H20v4.500M20 15.500V20h-4.500M8.5 20H4v-4.500M4 12h16',
  settings:
    'M5 7h7m5 0h2M5 17h2m5 0h7M12 7a2.5 2.5 0 1 0 5 0 2.5 2.5 0 1 0-5 0M7 17a2.5 2.5 0 1 0 5 0 2.5 2.5 0 1 0-5 0',
  trash: 'M5 7h14M9.5 7V4.500h5V7M7 7l1 13h8l1-13',
  upload: 'M12 15V4M7.5 8.5 12 4l4.5 4.500M5 20h14',
} as const

export type IconName = keyof typeof shapes

/** A drawing beside words; it tells nothing that they do not. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={shapes[name]} />
    </svg>
  )
}
