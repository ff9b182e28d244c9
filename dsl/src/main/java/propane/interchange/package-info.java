/**
 * Files of weights as other programs write them: PyTorch's, NumPy's, and those cut into pieces.
 * Nothing in a file is run; what is not plain data is refused by its name.
 */
package propane.interchange;
