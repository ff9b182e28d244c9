/** A program of somebody else's. */
module stranger {
    requires propane;
}
