// The vault of the bare page: a module of its own with one import, as in an app.
import 'countersign/vault'
