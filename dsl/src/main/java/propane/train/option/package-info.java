/**
 * What {@code fit} and {@code export} may be told: {@link propane.train.option.Option} and {@link
 * propane.train.option.ExportOption}.
 */
package propane.train.option;
