/** Java bindings of the native libraries behind Propane. */
module propane.ffm {}
