/** A text in the stead of another: what only renewal wishes for of a shelf. */

import type { Answer, More } from '../core/page.js'
import { done, found, type Shelf } from '../core/drive.js'
import type { Store } from '../page/types.js'

/** Grants the wish to keep another text, or none, where one is as it was; else says what is there. */
export async function swap(
  shelf: Shelf,
  { key, was, text }: Extract<More, { want: 'swap' }>,
): Promise<Answer> {
  // Who swaps for nothing asks what is there, and goes on without an answer.
  const there = await (was ? shelf.load(key) : loaded(shelf, key))
  return there === was ? done(await put(shelf, key, text)) : found(there)
}

/** Whether the store has a text, which it may not say. */
async function isStored(store: Store, key: string): Promise<boolean> {
  try {
    return typeof (await store.get(key)) === 'string'
  } catch {
    return false
  }
}

async function loaded(shelf: Shelf, key: string): Promise<string | undefined> {
  try {
    return await shelf.load(key)
  } catch {
    return undefined
  }
}

/** Keeps another text, or none, in the stead of the one that is there. */
async function put(shelf: Shelf, key: string, text: string): Promise<boolean> {
  const refused = shelf.refused!
  // Who is in the store though it refused what is in memory has signed in since, and stays.
  if (refused.has(key) && (await isStored(shelf.store!, key))) {
    if (text) refused.set(key, text)
    else refused.delete(key)
    return !text
  }
  if (text) return shelf.save(key, text)
  await shelf.drop(key)
  return true
}
