// The vault of the bare page, as an app has it: a module of its own that imports one thing.
import 'countersign/entry/page/vault.js'
