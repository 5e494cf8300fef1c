import "#sugar";
