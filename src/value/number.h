/*
 * number: floats as text, the way Python's repr() writes them.
 */
#ifndef VALUE_NUMBER_H
#define VALUE_NUMBER_H

#define NUMBER_TEXT_SIZE 40 /* bytes with the final NUL */

/*
 * The shortest decimal that reads back as REAL, and of those the nearest: "0.1", "1.0", "1e+16",
 * "1e-05", "inf", "-inf", "nan".
 */
void number_format(double real, char out[static NUMBER_TEXT_SIZE]);

#endif
