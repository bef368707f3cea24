/** VeRA (Kopiczko et al. 2023): adapters that share two random matrices and train two vectors per projection. */
package com.example.tune4j.vera;
