/** What others add to Propane, found as services of Java. */
package propane.service;
