/** The known name that was probably meant: the same but for capitals, or but for one letter. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const meant = name.toLowerCase()
  return (
    known.find((one) => one.toLowerCase() === meant) ??
    known.find((one) => name.length > 2 && isOneSlipFrom(meant, one.toLowerCase()))
  )
}

/** Whether one letter was left out, added, replaced, or swapped with its neighbour. */
function isOneSlipFrom(a: string, b: string): boolean {
  let same = 0
  while (same < a.length && a[same] === b[same]) same++
  const [restA, restB] = [a.slice(same), b.slice(same)]
  return (
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    restA.slice(1) === restB.slice(1) ||
    (restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2))
  )
}
